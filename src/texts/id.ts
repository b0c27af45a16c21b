import type { Texts } from './shape.ts'

export const id: Texts = {
  heading: 'Pendapat Anda',
  about: 'Perihal: {title}',
  required: 'Wajib diisi',
  scale_end: '{score} = {label}',
  lowest: 'Nilai terendah',
  highest: 'Nilai tertinggi',
  from_mail: '{score} sudah terpilih, sesuai email Anda. Anda dapat mengubahnya.',
  saved_click: 'Terima kasih, jawaban Anda sudah disimpan: {score}. Tekan Kirim untuk menambahkan komentar.',
  widget: { label: 'Masukan', close: 'Tutup' },
  text_limit: { other: 'Maksimal {n} karakter.' },
  choose_one: 'Pilih satu.',
  choose_any: 'Anda dapat memilih lebih dari satu.',
  no_choice: 'Pilih…',
  send: 'Kirim',
  goes_to: 'Jawaban Anda dikirim ke {account}.',
  faults_title_prefix: 'Mohon periksa: ',
  faults_heading: 'Mohon periksa jawaban Anda',
  fault_required: 'Mohon jawab pertanyaan ini.',
  fault_too_long: { other: 'Terlalu panjang: maksimal {n} karakter.' },
  fault_choice: 'Mohon pilih salah satu jawaban yang tersedia.',
  fault_other: 'Jawaban ini tidak dapat kami pahami.',
  held_off: { heading: 'Belum terkirim', text: 'Saat ini terlalu banyak jawaban yang masuk. Jawaban Anda masih ada di sini: mohon tunggu beberapa menit, lalu tekan Kirim lagi.' },
  opt_out: {
    ask: { heading: 'Berhenti menerima pesan ini?', text: '{account} tidak akan lagi mengirimkan permintaan pendapat dan pengingat kepada Anda.', button: 'Berhenti berlangganan' },
    done: { heading: 'Anda telah berhenti berlangganan', text: '{account} tidak akan lagi meminta pendapat Anda. Jika ini keliru, Anda dapat berlangganan lagi.', button: 'Berlangganan lagi' },
    back: { heading: 'Selamat datang kembali', text: '{account} dapat kembali meminta pendapat Anda.', button: 'Berhenti berlangganan' },
  },
  notices: {
    thanks: { heading: 'Terima kasih', text: 'Jawaban Anda sudah kami terima.' },
    answered: { heading: 'Sudah dijawab', text: 'Survei ini sudah dijawab. Tidak ada lagi yang perlu Anda lakukan. Terima kasih!' },
    expired: { heading: 'Survei ini sudah ditutup', text: 'Waktunya sudah habis, sehingga jawaban tidak lagi diterima. Terima kasih atas niat baik Anda.' },
    unknown: { heading: 'Survei ini tidak ditemukan', text: 'Alamatnya mungkin terpotong. Mohon buka tautan lengkap dari pesan Anda.' },
    unknown_link: { heading: 'Tautan ini tidak ditemukan', text: 'Alamatnya mungkin terpotong. Mohon buka tautan lengkap dari pesan Anda.' },
    bad_link: { heading: 'Tautan ini tidak berfungsi', text: 'Tautan ini tidak menyebutkan tiket yang dimaksud. Mohon beri tahu pengirimnya.' },
    limited: { heading: 'Mohon tunggu sebentar', text: 'Terlalu banyak kunjungan dari jaringan Anda. Silakan coba lagi dalam beberapa menit.' },
    too_large: { heading: 'Terlalu panjang', text: 'Jawaban Anda terlalu panjang untuk diterima. Mohon kembali dan persingkat.' },
    not_a_form: { heading: 'Kiriman tidak dapat dibaca', text: 'Mohon buka tautan dari pesan Anda dan gunakan formulirnya.' },
    not_secure: { heading: 'Mohon gunakan alamat yang aman', text: 'Buka kembali tautan dari pesan Anda, dengan https di awalnya.' },
    broken: { heading: 'Terjadi kesalahan', text: 'Kesalahan ada pada kami, dan tidak ada yang tersimpan. Silakan coba kembali sebentar lagi.' },
  },
  form: {
    choose_up_to: { other: 'Pilih paling banyak {n}.' },
    too_many: { other: 'Jangan memilih lebih dari {n}.' },
    text_left: { other: 'Sisa {n} karakter' },
    score_of: '{score} dari {max}',
    score_in_words: '{score} dari {max} – {word}',
    words: ['Sangat buruk', 'Buruk', 'Cukup', 'Baik', 'Sangat baik'],
    about_you: 'Tentang Anda',
    fields: { name: 'Nama Anda', email: 'Alamat email', telephone_number: 'Nomor telepon', company_name: 'Perusahaan', postcode: 'Kode pos' },
    fault_blank: 'Harap isi kolom ini.',
    fault_email: 'Harap isi alamat email, misalnya nama@example.com.',
    fault_telephone: 'Harap isi nomor telepon lengkap dengan kode area.',
    fault_consent: 'Harap centang kotak ini untuk melanjutkan.',
    change: { heading: 'Ubah jawaban Anda', link: 'Ubah jawaban Anda', button: 'Simpan perubahan' },
  },
  mail: { unsubscribe: 'Berhenti berlangganan', unsubscribe_line: 'Berhenti berlangganan: {url}', scale_ends: '{min} = {min_label}, {max} = {max_label}', point: '{score} dari {max}', middle: 'Biasa saja' },
  templates: {
    invitation: {
      subject: 'Bagaimana layanan kami?',
      body: `Halo {{first_name/Bapak/Ibu}},

Terima kasih telah menjadi pelanggan kami. Bagaimana layanan kami menurut Anda? Silakan pilih:

{{rating-buttons}}

Atau buka survei untuk menyampaikan lebih banyak:
{{link-to-survey}}

Terima kasih atas waktu Anda.`,
    },
    reminder: {
      subject: 'Pengingat singkat: bagaimana layanan kami?',
      body: `Halo {{first_name/Bapak/Ibu}},

Beberapa hari yang lalu kami menanyakan pendapat Anda tentang layanan kami. Kami masih menantikan jawaban Anda. Silakan pilih:

{{rating-buttons}}

Atau buka survei di sini:
{{link-to-survey}}

Hanya perlu sekitar satu menit. Terima kasih.`,
    },
    text_message: 'Halo {{first_name/Bapak/Ibu}}, bagaimana layanan kami? Sampaikan di sini: {{link-to-survey}}',
  },
  questions: {
    ticket: 'Seberapa puas Anda dengan bantuan yang Anda terima?',
    nps: 'Seberapa besar kemungkinan Anda merekomendasikan kami kepada teman atau rekan kerja?',
    nps_reason: 'Apa alasan utama Anda memberikan nilai tersebut?',
    overall: 'Secara keseluruhan, seberapa puas Anda?',
    speed: 'Seberapa cepat kami menanggapi?',
    understanding: 'Seberapa baik kami memahami kebutuhan Anda?',
    information: 'Seberapa baik kami memberi tahu Anda tentang perkembangannya?',
    solution: 'Seberapa baik solusinya?',
    person: 'Seberapa puas Anda dengan orang yang membantu Anda?',
    project: 'Seberapa puas Anda dengan jalannya proyek?',
    support: 'Bagaimana layanan dukungan kami?',
    comment: 'Apakah ada yang ingin Anda tambahkan?',
  },
  labels: {
    quality: { min: 'Sangat buruk', max: 'Sangat baik' },
    likelihood: { min: 'Sangat kecil', max: 'Sangat besar' },
    good_or_bad: { min: 'Buruk', max: 'Baik' },
  },
}
